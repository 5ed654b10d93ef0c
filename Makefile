# Countermark. `make help` lists what can be made.
#
# Flavours build in directories of their own, so that none needs a `make clean`:
#   FLAVOUR=release (default), asan, fuzz          CC=gcc or clang          FFT=fftw or kissfft

VERSION := $(shell sed -n 's/^#define CM_VERSION "\(.*\)"/\1/p' include/countermark/version.h)
ABI := 0
FLAVOUR ?= release
FFT ?= fftw
PREFIX ?= /usr/local
ifeq ($(origin CC),default)
CC := gcc
endif

OUT := build/$(FLAVOUR)-$(notdir $(CC))-$(FFT)

PKGS := libpng libjpeg libwebp libwebpmux libwebpdemux libcrypto jansson expat zlib
ifeq ($(FFT),fftw)
PKGS += fftw3f
FFT_CPPFLAGS := -DCM_FFT_FFTW
else ifeq ($(FFT),kissfft)
PKGS += kissfft-float
FFT_CPPFLAGS := -DCM_FFT_KISSFFT
else
$(error FFT is fftw or kissfft, not "$(FFT)")
endif

WARNINGS := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wvla -Wcast-qual -Wpointer-arith -Wwrite-strings -Wformat=2 -Wundef -Wnull-dereference -Werror
CPPFLAGS_ALL = -Iinclude -Isrc -include src/base/banned.h -D_POSIX_C_SOURCE=200809L -D_FILE_OFFSET_BITS=64 \
	$(FFT_CPPFLAGS) $(PKG_CFLAGS) $(CPPFLAGS)
CFLAGS_ALL = -std=c17 $(WARNINGS) -fvisibility=hidden -fPIC -g $(FLAVOUR_CFLAGS) $(CFLAGS)
LDLIBS_ALL = $(PKG_LIBS) -lm -pthread

PKG_CFLAGS = $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_LIBS = $(shell pkg-config --libs $(PKGS) 2>/dev/null)

ifeq ($(FLAVOUR),release)
FLAVOUR_CFLAGS := -O3 -fno-math-errno -fno-trapping-math -D_FORTIFY_SOURCE=2 -fstack-protector-strong
else ifeq ($(FLAVOUR),asan)
FLAVOUR_CFLAGS := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
else ifeq ($(FLAVOUR),fuzz)
FLAVOUR_CFLAGS := -O1 -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
else
$(error FLAVOUR is release, asan or fuzz, not "$(FLAVOUR)")
endif

LIB_SRC := $(wildcard src/*/*.c)
TOOL_SRC := $(wildcard tools/*.c)
TEST_SRC := $(wildcard test/unit/*.c)
FUZZ_NAMES := $(patsubst fuzz/fuzz_%.c,%,$(wildcard fuzz/fuzz_*.c))

LIB_OBJ := $(LIB_SRC:%.c=$(OUT)/%.o)
TOOL_OBJ := $(TOOL_SRC:%.c=$(OUT)/%.o)
TEST_OBJ := $(TEST_SRC:%.c=$(OUT)/%.o)
LIB_A := $(OUT)/libcountermark.a
LIB_SO := $(OUT)/libcountermark.so.$(VERSION)

.PHONY: all
all: build/countermark build/libcountermark.a build/libcountermark.so

build/countermark build/libcountermark.a: build/%: $(OUT)/%
	cp -f $< $@
build/libcountermark.so: $(LIB_SO)
	cp -f $(LIB_SO) build/
	ln -sf libcountermark.so.$(VERSION) build/libcountermark.so.$(ABI)
	ln -sf libcountermark.so.$(ABI) $@

$(LIB_A): $(LIB_OBJ)
	rm -f $@
	$(AR) rcs $@ $^
$(LIB_SO): $(LIB_OBJ)
	$(CC) $(CFLAGS_ALL) $(LDFLAGS) -shared -Wl,-soname,libcountermark.so.$(ABI) -o $@ $^ $(LDLIBS_ALL)
$(OUT)/countermark: $(TOOL_OBJ) $(LIB_A)
	$(CC) $(CFLAGS_ALL) $(LDFLAGS) -o $@ $^ $(LDLIBS_ALL)

$(OUT)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<
-include $(LIB_OBJ:.o=.d) $(TOOL_OBJ:.o=.d) $(TEST_OBJ:.o=.d)

# --- tests ---------------------------------------------------------------------------------------

SUITES_H := $(OUT)/test/suites.h
$(SUITES_H): $(TEST_SRC)
	@mkdir -p $(@D)
	printf 'SUITE(%s)\n' $(patsubst test/unit/test_%.c,%,$(filter test/unit/test_%,$(TEST_SRC))) > $@
$(OUT)/test/unit/main.o: $(SUITES_H)
$(TEST_OBJ): CPPFLAGS += -I$(OUT)/test
$(OUT)/test/run: $(TEST_OBJ) $(LIB_A)
	$(CC) $(CFLAGS_ALL) $(LDFLAGS) -o $@ $^ $(shell pkg-config --libs check) $(LDLIBS_ALL)

.PHONY: unit
unit: $(OUT)/test/run ## unit tests of this flavour alone
	$(OUT)/test/run $(SUITE)
