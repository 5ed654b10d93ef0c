# Countermark. `make help` lists what can be made.
#
# Flavours build in directories of their own, so that none needs a `make clean`:
#   FLAVOUR=release (default), small, asan, fuzz          CC=gcc or clang          FFT=fftw or kissfft
#   HTTP=curl or none: whether time-stamp authorities can be asked over the network
#   SENTENCEPIECE=1 reads SentencePiece's models too, with its library: the one part in C++
# V=1 shows every command. SUITE=name runs one unit-test suite. FUZZ_SECONDS=n is per fuzzer.

VERSION := $(shell sed -n 's/^#define CM_VERSION "\(.*\)"/\1/p' include/countermark/version.h)
ABI := 0
FLAVOUR ?= release
FFT ?= fftw
HTTP ?= curl
PREFIX ?= /usr/local
FUZZ_SECONDS ?= 60
# The first one that has numpy, without which some tests are skipped.
PYTHON ?= $(firstword $(shell for p in python3 /usr/bin/python3; do $$p -c 'import numpy' 2>/dev/null && echo $$p; done) python3)
ifeq ($(origin CC),default)
CC := gcc
endif
ifeq ($(origin CXX),default)
CXX := $(if $(findstring clang,$(CC)),$(subst clang,clang++,$(CC)),g++)
endif

OUT := build/$(FLAVOUR)-$(notdir $(CC))-$(FFT)$(if $(filter none,$(HTTP)),-offline)$(if $(filter 1,$(SENTENCEPIECE)),-spm)

PKGS := libbrotlidec libpng libjpeg libwebp libwebpmux libwebpdemux libcrypto jansson expat zlib libpcre2-8 libutf8proc
ifeq ($(FFT),fftw)
PKGS += fftw3f
FFT_CPPFLAGS := -DCM_FFT_FFTW
else ifeq ($(FFT),kissfft)
PKGS += kissfft-float
FFT_CPPFLAGS := -DCM_FFT_KISSFFT
else
$(error FFT is fftw or kissfft, not "$(FFT)")
endif
# libcurl is loaded when it is needed (src/base/curl.h): its header alone is.
ifeq ($(HTTP),curl)
HTTP_CPPFLAGS := -DCM_HTTP_CURL $(shell pkg-config --cflags libcurl 2>/dev/null)
HTTP_LIBS := -ldl
else ifneq ($(HTTP),none)
$(error HTTP is curl or none, not "$(HTTP)")
endif
ifeq ($(SENTENCEPIECE),1)
PKGS += sentencepiece
SPM_CPPFLAGS := -DCM_SENTENCEPIECE
SPM_LIBS := -lstdc++
else ifneq ($(filter-out 0,$(SENTENCEPIECE)),)
$(error SENTENCEPIECE is 1 or nothing, not "$(SENTENCEPIECE)")
endif

WARNINGS := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wvla -Wcast-qual -Wpointer-arith -Wwrite-strings -Wformat=2 -Wundef -Wnull-dereference -Werror
CPPFLAGS_ALL = -Iinclude -Isrc -include src/base/banned.h -D_POSIX_C_SOURCE=200809L -D_FILE_OFFSET_BITS=64 \
	$(FFT_CPPFLAGS) $(HTTP_CPPFLAGS) $(SPM_CPPFLAGS) $(PKG_CFLAGS) $(CPPFLAGS)
CFLAGS_ALL = -std=c17 $(WARNINGS) -fvisibility=hidden -fPIC -g $(FLAVOUR_CFLAGS) $(ROOM_CFLAGS) $(CFLAGS)
LDLIBS_ALL = $(PKG_LIBS) $(SPM_LIBS) $(HTTP_LIBS) -lm -pthread
CXXFLAGS_ALL = -std=c++17 $(filter-out %-prototypes,$(WARNINGS)) -fvisibility=hidden -fPIC -g $(FLAVOUR_CFLAGS) \
	$(CFLAGS)

PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_LIBS := $(filter-out -lsentencepiece_train,$(shell pkg-config --libs $(PKGS) 2>/dev/null))

ifeq ($(FLAVOUR),release)
FLAVOUR_CFLAGS := -O3 -fno-math-errno -fno-trapping-math -D_FORTIFY_SOURCE=2 -fstack-protector-strong
else ifeq ($(FLAVOUR),small)
# The arithmetic of image marks is made for speed all the same, by gcc at a level that doesn't unroll.
FAST_DIRS := dsp detect embed mark
FAST_CFLAGS := -O2 $(if $(findstring clang,$(CC)),,-fvect-cost-model=dynamic)
FLAVOUR_CFLAGS = $(if $(filter $(FAST_DIRS:%=src/%/),$(dir $<)),$(FAST_CFLAGS),-Os) -fno-math-errno -fno-trapping-math \
	-D_FORTIFY_SOURCE=2 -fstack-protector-strong -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables
else ifeq ($(FLAVOUR),asan)
FLAVOUR_CFLAGS := -O2 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
else ifeq ($(FLAVOUR),fuzz)
FLAVOUR_CFLAGS := -O1 -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
else
$(error FLAVOUR is release, small, asan or fuzz, not "$(FLAVOUR)")
endif

LIB_SRC := $(wildcard src/*/*.c)
TOOL_SRC := $(wildcard tools/*.c)
TEST_SRC := $(wildcard test/unit/*.c)
# Checks of golden vectors are for the unit tests and for `make vectors`.
VECTOR_MAIN := test/vectors/main.c
VECTOR_SRC := $(filter-out $(VECTOR_MAIN),$(wildcard test/vectors/*.c))
# Hostile files are for the unit tests and for bench/hostile.
HOSTILE_SRC := $(wildcard test/hostile/*.c)
BENCH_SHARED := bench/calibration_table.c bench/measure.c bench/text_cases.c bench/text_generator.c bench/text_parts.c
BENCH_SRC := $(filter-out $(BENCH_SHARED),$(wildcard bench/*.c))
FUZZ_NAMES := $(patsubst fuzz/fuzz_%.c,%,$(wildcard fuzz/fuzz_*.c))

LIB_OBJ := $(LIB_SRC:%.c=$(OUT)/%.o)
ifeq ($(SENTENCEPIECE),1)
LIB_OBJ += $(OUT)/src/token/sentencepiece.o
endif
TOOL_OBJ := $(TOOL_SRC:%.c=$(OUT)/%.o)
TEST_OBJ := $(TEST_SRC:%.c=$(OUT)/%.o)
VECTOR_OBJ := $(VECTOR_SRC:%.c=$(OUT)/%.o)
HOSTILE_OBJ := $(HOSTILE_SRC:%.c=$(OUT)/%.o)
ALL_OBJ := $(LIB_OBJ) $(TOOL_OBJ) $(TEST_OBJ) $(HOSTILE_OBJ) $(VECTOR_OBJ) $(VECTOR_MAIN:%.c=$(OUT)/%.o) \
	$(BENCH_SRC:%.c=$(OUT)/%.o) $(BENCH_SHARED:%.c=$(OUT)/%.o) \
	$(FUZZ_NAMES:%=$(OUT)/fuzz/fuzz_%.o) $(OUT)/fuzz/replay.o
LIB_A := $(OUT)/libcountermark.a
LIB_SO := $(OUT)/libcountermark.so.$(VERSION)
BENCHES := $(BENCH_SRC:%.c=$(OUT)/%)

# Quiet unless V=1: one short line for each thing made.
ifeq ($(V),1)
Q :=
say = @:
else
Q := @
say = @printf '  %-5s %s\n' '$(1)' '$(2)'
endif
MAKEFLAGS += --no-print-directory

# build/countermark and its libraries are the release flavour of whatever CC, FFT and SENTENCEPIECE
# were asked for last; comparing contents, not times, keeps a switch back from leaving the other one there.
.PHONY: all FORCE
ifeq ($(FLAVOUR),release)
all: build/countermark build/libcountermark.a build/libcountermark.so ## the command and the libraries, in build/
else
all: $(OUT)/countermark
endif

build/countermark build/libcountermark.a: build/%: $(OUT)/% FORCE
	@cmp -s $< $@ || cp -f $< $@
build/libcountermark.so: $(LIB_SO) FORCE
	@cmp -s $< build/libcountermark.so.$(VERSION) || cp -f $< build/libcountermark.so.$(VERSION)
	@ln -sf libcountermark.so.$(VERSION) build/libcountermark.so.$(ABI)
	@ln -sf libcountermark.so.$(ABI) $@

$(LIB_A): $(LIB_OBJ)
	$(call say,AR,$@)
	$(Q)rm -f $@
	$(Q)$(AR) rcs $@ $^
# What C++ takes from its library's templates would be shown too.
$(LIB_SO): $(LIB_OBJ) scripts/countermark.map
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS) -shared -Wl,-soname,libcountermark.so.$(ABI) \
		-Wl,--version-script=scripts/countermark.map -o $@ $(LIB_OBJ) $(LDLIBS_ALL)
$(OUT)/countermark: $(TOOL_OBJ) $(LIB_A)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS) -o $@ $(TOOL_OBJ) $(LIB_A) $(LDLIBS_ALL)

# One file that runs on any machine of its kind. Without curl, of which Debian has no static library with
# all that it needs; and with FFTW, since it has none of KissFFT at all.
.PHONY: static static-run
static: ## build/countermark-static, which needs no library; how large it is, and of what
	$(Q)FFT=fftw HTTP=none scripts/deps.sh build
	$(Q)$(MAKE) static-run FLAVOUR=small FFT=fftw HTTP=none SENTENCEPIECE=
static-run: $(TOOL_OBJ) $(LIB_A)
	$(call say,LINK,build/countermark-static)
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS) -static -s -Wl,--gc-sections,-Map=$(OUT)/static.map -o build/countermark-static $(TOOL_OBJ) $(LIB_A) \
		$(shell pkg-config --static --libs $(PKGS)) -lm -pthread 2>&1 | grep -v 'statically linked\|in function' || true
	$(Q)build/countermark-static --version >/dev/null && wc -c build/countermark-static
	$(Q)! command -v python3 >/dev/null || python3 scripts/static_parts.py $(OUT)/static.map

# The mark's arithmetic meets no infinities and no NaN; saying so lets the compiler multiply complex
# numbers and take minima inline, and choose among sums in an order of its own.
SIGNAL_OBJ := $(filter $(foreach room,dsp mark embed detect,$(OUT)/src/$(room)/%),$(LIB_OBJ))
$(SIGNAL_OBJ): ROOM_CFLAGS := -fno-trapping-math -ffinite-math-only -fno-signed-zeros -fassociative-math
# Linux's files without a name.
$(OUT)/src/base/output.o: ROOM_CFLAGS := -D_GNU_SOURCE
# What other people's marks say hangs on the last bit of a rounding: no products are fused into sums.
$(filter $(OUT)/src/foreign/%,$(LIB_OBJ)): ROOM_CFLAGS := -ffp-contract=off -fno-trapping-math

$(OUT)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<
$(OUT)/%.o: %.cc Makefile
	@mkdir -p $(@D)
	$(call say,CXX,$<)
	$(Q)$(CXX) -Iinclude -Isrc $(CPPFLAGS) $(CXXFLAGS_ALL) -MMD -MP -c -o $@ $<
-include $(ALL_OBJ:.o=.d)

# --- what a fresh machine lacks ------------------------------------------------------------------

DEPS := FFT=$(FFT) HTTP=$(HTTP) SENTENCEPIECE=$(SENTENCEPIECE) scripts/deps.sh

.PHONY: deps
deps: ## install what building, testing and the demo need (apt), or say what is missing
	$(Q)$(DEPS) build test demo

# --- tests ---------------------------------------------------------------------------------------
# What the dependencies are is known only once they are installed, so that part runs in a make of
# its own.

.PHONY: test check-full check-asan unit fuzz-replay cli-test test-run interop
test: ## install what is lacking, then all the quick tests
	$(Q)$(DEPS) build test
	$(Q)$(MAKE) test-run
	$(Q)$(MAKE) python-test
test-run: all
	$(Q)$(MAKE) unit
	$(Q)$(MAKE) fuzz-replay
	$(Q)$(MAKE) cli-test

check-asan: ## the quick tests under the address and undefined-behaviour sanitizers
	$(Q)$(MAKE) test-run FLAVOUR=asan

check-full: ## test, check-asan, C2PA interoperation, and every measurement in full: two hours or more
	$(Q)$(DEPS) build test full
	$(Q)$(MAKE) test-run
	$(Q)$(MAKE) check-asan
	$(Q)$(MAKE) interop
	$(Q)$(MAKE) interop-ts
	$(Q)$(MAKE) interop-encypher
	$(Q)$(MAKE) wheel-test
	$(Q)$(MAKE) check-llama
	$(Q)$(MAKE) bench-full

interop: all ## C2PA interoperation: our files judged by c2pa-rs and its files by us
	$(Q)scripts/run_python.sh test/interop

.PHONY: interop-encypher
interop-encypher: all ## our files judged by the newest encypher-c2pa, where there is cargo
	$(Q)COUNTERMARK=build/countermark python3 test/interop/encypher.py

.PHONY: interop-ts
interop-ts: all ## our pictures judged by c2pa-ts, where there is npm
	$(Q)COUNTERMARK=build/countermark python3 test/interop/c2pa_ts.py

.PHONY: vectors vectors-run
vectors: ## golden vectors of text and image marks and C2PA below DIR=PATH (token ids: fetches vocabularies)
	$(Q)$(DEPS) build
	$(Q)$(MAKE) vectors-run
vectors-run: $(OUT)/countermark $(OUT)/test/vectors/run
	$(Q)COUNTERMARK=$(OUT)/countermark $(PYTHON) test/vectors/run.py $(OUT)/test/vectors/run "$(DIR)"
$(OUT)/test/vectors/run: $(VECTOR_MAIN:%.c=$(OUT)/%.o) $(VECTOR_OBJ) $(LIB_A)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS) -o $@ $^ $(LDLIBS_ALL)

.PHONY: tokenizers-check
tokenizers-check: all ## token ids against tiktoken's and Hugging Face's, and the speed (fetches vocabularies)
	$(Q)test/oracle/token_ids.sh

.PHONY: sentencepiece-check
sentencepiece-check: ## token ids under SentencePiece models against its Python package (fetches models)
	$(Q)$(MAKE) all SENTENCEPIECE=1
	$(Q)test/oracle/sentencepiece_ids.sh

SUITES_H := $(OUT)/test/suites.h
$(SUITES_H): $(TEST_SRC)
	@mkdir -p $(@D)
	$(Q)printf 'SUITE(%s)\n' $(patsubst test/unit/test_%.c,%,$(filter test/unit/test_%,$(TEST_SRC))) > $@
$(OUT)/test/unit/main.o: $(SUITES_H)
$(TEST_OBJ): CPPFLAGS += -I$(OUT)/test -Itest/vectors
$(OUT)/test/run: $(TEST_OBJ) $(VECTOR_OBJ) $(HOSTILE_OBJ) $(LIB_A)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS) -o $@ $(TEST_OBJ) $(VECTOR_OBJ) $(HOSTILE_OBJ) $(LIB_A) \
		$(shell pkg-config --libs check libbrotlienc) $(LDLIBS_ALL)

unit: $(OUT)/test/run ## unit tests of this flavour alone
	$(Q)$(if $(SUITE),$(OUT)/test/run $(SUITE),scripts/unit.sh $(OUT)/test/run)

cli-test: $(OUT)/countermark $(OUT)/test/vectors/run ## the command as its users meet it
	$(Q)COUNTERMARK=$(OUT)/countermark SENTENCEPIECE=$(SENTENCEPIECE) VECTORS=$(OUT)/test/vectors/run \
		$(PYTHON) test/cli/run.py

# --- Python -------------------------------------------------------------------------------------
# A wheel holds the library as KissFFT makes it, so that nothing in it is under the GPL, and without
# curl, which would bring two dozen libraries along.

WHEEL_SO := build/release-$(notdir $(CC))-kissfft-offline/libcountermark.so.$(VERSION)

.PHONY: python-test wheel wheel-test wheel-test-full
python-test: all ## the Python binding on this tree's library, with whatever Python has installed
	$(Q)COUNTERMARK_LIBRARY=$(CURDIR)/build/libcountermark.so PYTHONPATH=bindings/python \
		$(PYTHON) bindings/python/tests/run.py

wheel: ## build/wheel/countermark-….whl, with the libraries it needs in it
	$(Q)FFT=kissfft HTTP=none scripts/deps.sh build full
	$(Q)$(MAKE) FLAVOUR=release FFT=kissfft HTTP=none SENTENCEPIECE= $(WHEEL_SO)
	$(Q)bindings/python/make_wheel.sh $(WHEEL_SO) $(VERSION)

wheel-test: wheel all ## the wheel, installed where there is numpy
	$(Q)bindings/python/test_wheel.sh numpy

wheel-test-full: wheel all ## the same with torch and transformers, against their own marks (large)
	$(Q)bindings/python/test_wheel.sh transformers

# --- fuzzing -------------------------------------------------------------------------------------
# One harness, two uses: libFuzzer searches (clang), and a plain main() replays the corpus and
# fixed mutations of it (any compiler), so that findings stay found.

REPLAYS := $(FUZZ_NAMES:%=$(OUT)/fuzz/replay_%)
$(REPLAYS): $(OUT)/fuzz/replay_%: $(OUT)/fuzz/fuzz_%.o $(OUT)/fuzz/replay.o $(LIB_A)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS) -o $@ $^ $(LDLIBS_ALL)
$(FUZZ_NAMES:%=$(OUT)/fuzz/fuzz_%): %: %.o $(LIB_A)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS_ALL) -fsanitize=fuzzer $(LDFLAGS) -o $@ $^ $(LDLIBS_ALL)

fuzz-replay: $(REPLAYS) ## the fuzzers' corpus and fixed mutations of it
	$(Q)scripts/replay.sh $(OUT)/fuzz $(FUZZ_NAMES)

.PHONY: fuzz fuzz-run
fuzz: ## search for crashes with libFuzzer, FUZZ_SECONDS for each fuzzer
	$(Q)FFT=$(FFT) HTTP=$(HTTP) scripts/deps.sh build fuzz
	$(Q)$(MAKE) fuzz-run FLAVOUR=fuzz CC=clang
fuzz-run: $(FUZZ_NAMES:%=$(OUT)/fuzz/fuzz_%)
	$(Q)for name in $(FUZZ_NAMES); do \
		scripts/fuzz.sh $(OUT)/fuzz/fuzz_$$name $(FUZZ_SECONDS) || exit 1; done

# --- measuring, checking, showing ----------------------------------------------------------------

$(BENCHES): %: %.o $(BENCH_SHARED:%.c=$(OUT)/%.o) $(LIB_A)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS) -o $@ $(filter %.o,$^) $(LIB_A) $(LDLIBS_ALL)

$(OUT)/bench/hostile: $(HOSTILE_OBJ)
$(OUT)/bench/hostile: LDLIBS_ALL += $(shell pkg-config --libs libbrotlienc)

# Trials are looked at where the detector lets go of them (bench/image_calibration.c).
$(OUT)/bench/image_calibration: LDFLAGS += -Wl,--wrap=cm_trial_free

# Each measurement says what it asks for and exits with 1 when it is missed; all are made before make
# fails. BENCH_PYTHON exists once bench/pictures.sh has run.
BENCH_PYTHON := build/bench/venv/bin/python

.PHONY: bench bench-build bench-ready bench-full demo lint format
bench-build: $(BENCHES) ## only builds them

bench: ## speed, quality and robustness on every fifth photo: some minutes
	$(Q)$(DEPS) build full
	$(Q)$(MAKE) bench-ready
	$(Q)missed=0; \
	$(OUT)/bench/speed build/bench/12mp.jpg || missed=1; \
	$(OUT)/bench/pixels test/data/photos/astronaut.png || missed=1; \
	$(BENCH_PYTHON) bench/quality.py --step 5 || missed=1; \
	$(BENCH_PYTHON) bench/robustness.py --step 5 || missed=1; \
	exit $$missed

.PHONY: bench-hostile
bench-hostile: ## what hostile files cost their reader: seconds
	$(Q)$(DEPS) build
	$(Q)$(MAKE) $(OUT)/bench/hostile
	$(Q)$(OUT)/bench/hostile

bench-ready: all $(BENCHES)
	$(Q)bench/pictures.sh

bench-full: bench-ready ## the same on every photo, all changes, false positives, payloads of texts: an hour or more
	$(Q)missed=0; \
	$(OUT)/bench/speed build/bench/12mp.jpg || missed=1; \
	$(OUT)/bench/pixels test/data/photos/astronaut.png || missed=1; \
	$(OUT)/bench/ring test/data/photos/coffee.jpg || missed=1; \
	$(BENCH_PYTHON) bench/quality.py || missed=1; \
	$(BENCH_PYTHON) bench/robustness.py --attacks all || missed=1; \
	$(MAKE) calibrate-image TRIALS=20000 SEARCHES=2000 || missed=1; \
	$(OUT)/bench/text_payload || missed=1; \
	$(OUT)/bench/foreign_false_positives build/bench/pictures.txt 19 || missed=1; \
	exit $$missed

.PHONY: bench-sign
bench-sign: ## signing and verifying beside c2pa-rs, hashing and copying; memory: a minute or two
	$(Q)$(DEPS) build full
	$(Q)$(MAKE) all $(OUT)/bench/sign
	$(Q)scripts/run_python.sh test/interop bench/sign.py $(OUT)/bench/sign

# Image marks of others are small packages that go without torch (bench/peers.sh).
STEP ?= 1
ATTACKS ?= default
SEARCHES ?= 10000
.PHONY: bench-image calibrate-image
bench-image: ## image marks beside others' own code, contact sheet: hours (STEP=n: every n-th photo; ATTACKS=all)
	$(Q)$(DEPS) build full
	$(Q)$(MAKE) all $(OUT)/bench/pixels
	$(Q)bench/peers.sh
	$(Q)OPENBLAS_NUM_THREADS=1 $(BENCH_PYTHON) bench/image_peers.py $(OUT)/bench/pixels \
		--step $(STEP) --attacks $(ATTACKS) --seed $(SEED)

calibrate-image: TRIALS := 1000000
calibrate-image: ## p-values of unmarked pictures of all kinds: hours (TRIALS=n fast ones, SEARCHES=n whole ones, SEED=n, RING=n keys at once)
	$(Q)$(DEPS) build full
	$(Q)$(MAKE) all $(OUT)/bench/image_calibration
	$(Q)bench/peers.sh
	$(Q)$(BENCH_PYTHON) bench/unmarked.py
	$(Q)$(OUT)/bench/image_calibration build/bench/unmarked.txt build/bench/calibration.tsv \
		$(TRIALS) $(SEARCHES) $(SEED) $(RING)

# Figures of others' marks come from their own code: a venv of some gigabytes with torch in it, made
# once, unless BENCH_TORCH_PYTHON names a Python that has torch and transformers.
BENCH_TORCH_PYTHON ?= build/bench/torch/bin/python

.PHONY: bench-text bench-text-payload bench-text-false-positives
bench-text: all $(BENCHES) ## speed of text marks, beside others' own code (fetches torch: 6 GB)
	$(Q)[ "$(BENCH_TORCH_PYTHON)" != build/bench/torch/bin/python ] || bench/torch.sh
	$(Q)missed=0; \
	$(OUT)/bench/text_speed || missed=1; \
	$(BENCH_TORCH_PYTHON) bench/text_peers.py $(OUT)/bench/text_speed || missed=1; \
	test/oracle/token_ids.sh || missed=1; \
	exit $$missed

TRIALS ?= 30
SEED ?= 1
bench-text-payload: ## payloads in edited, cut and mixed texts of a simulated model: minutes (TRIALS=n SEED=n)
	$(Q)FFT=$(FFT) HTTP=$(HTTP) scripts/deps.sh build
	$(Q)$(MAKE) $(OUT)/bench/text_payload
	$(Q)$(OUT)/bench/text_payload $(TRIALS) $(SEED)

bench-text-false-positives: all $(BENCHES) ## text marks on human text in 25 languages: hours (EVERY=n: every n-th text)
	$(Q)bench/text_false_positives.sh $(OUT)/bench/text_false_positives $(EVERY)

demo: ## the whole story on real photographs: keys, marks, a stranger's check, attacks, tampering
	$(Q)$(DEPS) build demo
	$(Q)$(MAKE) all
	$(Q)scripts/demo.sh

# --- a real model ----------------------------------------------------------------------------------
# llama.cpp is either installed (LLAMA_PREFIX, with include/llama.h and lib/libllama.so) or built once
# into build/llama. Nothing of it is needed for the rest.

LLAMA := build/llama/prefix
LLAMA_SRC := $(wildcard bindings/llama.cpp/*.c)
LLAMA_OBJ := $(LLAMA_SRC:%.c=$(OUT)/%.o)
LLAMA_TEST_OBJ := $(OUT)/bindings/llama.cpp/cm_llama.o $(OUT)/test/llama/sampler.o
LLAMA_LIBS := -L$(LLAMA)/lib -Wl,-rpath,$(realpath $(LLAMA)/lib) -lllama -lggml -lggml-base
$(LLAMA_OBJ) $(LLAMA_TEST_OBJ): CPPFLAGS_ALL = -Iinclude -Ibindings/llama.cpp -D_POSIX_C_SOURCE=200809L \
	-isystem $(LLAMA)/include $(CPPFLAGS)
-include $(LLAMA_OBJ:.o=.d) $(LLAMA_TEST_OBJ:.o=.d)

.PHONY: generate generate-run llama-ready demo-text check-llama bench-text-model
generate: llama-ready ## build/countermark-generate: a model's answers with a mark, by llama.cpp
	$(Q)$(MAKE) all generate-run
llama-ready:
	$(Q)$(DEPS) build llama
	$(Q)LLAMA_PREFIX='$(LLAMA_PREFIX)' LLAMA_MODEL='$(LLAMA_MODEL)' scripts/llama.sh
generate-run: $(OUT)/countermark-generate
	@cmp -s $< build/countermark-generate || cp -f $< build/countermark-generate
$(OUT)/countermark-generate: $(LLAMA_OBJ) $(LIB_A)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS) -o $@ $^ $(LLAMA_LIBS) $(LDLIBS_ALL)
$(OUT)/test/llama/sampler: $(LLAMA_TEST_OBJ) $(LIB_A)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS) -o $@ $^ $(shell pkg-config --libs check) $(LLAMA_LIBS) $(LDLIBS_ALL)

demo-text: ## a real model's marked answers, found in the text alone (builds llama.cpp once: 15 minutes)
	$(Q)$(DEPS) build demo
	$(Q)$(MAKE) generate
	$(Q)scripts/demo_text.sh

check-llama: ## the sampler and detection with a real model (builds llama.cpp once)
	$(Q)$(MAKE) generate
	$(Q)$(MAKE) $(OUT)/test/llama/sampler
	$(Q)$(OUT)/test/llama/sampler
	$(Q)python3 test/llama/detection.py

bench-text-model: ## how strong marks are in a real model's answers: an hour
	$(Q)$(MAKE) generate
	$(Q)python3 bench/text_model.py

lint: ## layering, format, headers, symbols, scripts, man page
	$(Q)scripts/deps.sh build lint
	$(Q)$(MAKE) all
	$(Q)scripts/lint.sh

format: ## rewrite the sources in the house style
	$(Q)git ls-files --cached --others --exclude-standard '*.c' '*.cc' '*.h' | xargs clang-format -i

# --- installing ----------------------------------------------------------------------------------

BINDIR := $(DESTDIR)$(PREFIX)/bin
LIBDIR := $(DESTDIR)$(PREFIX)/lib
INCDIR := $(DESTDIR)$(PREFIX)/include
MANDIR := $(DESTDIR)$(PREFIX)/share/man/man1
COMPDIR := $(DESTDIR)$(PREFIX)/share/bash-completion/completions
SCRIPTDIR := $(DESTDIR)$(PREFIX)/libexec/countermark

.PHONY: install uninstall
install: all ## command, libraries, headers, pkg-config file, man page, scripts (DESTDIR, PREFIX)
	install -d $(BINDIR) $(LIBDIR)/pkgconfig $(INCDIR)/countermark $(MANDIR) $(COMPDIR) $(SCRIPTDIR)/github-action
	install -m 755 build/countermark $(BINDIR)/
	install -m 644 build/libcountermark.a $(LIBDIR)/
	install -m 755 $(LIB_SO) $(LIBDIR)/
	ln -sf libcountermark.so.$(VERSION) $(LIBDIR)/libcountermark.so.$(ABI)
	ln -sf libcountermark.so.$(ABI) $(LIBDIR)/libcountermark.so
	install -m 644 include/countermark.h $(INCDIR)/
	install -m 644 include/countermark/*.h $(INCDIR)/countermark/
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' -e 's|@PKGS@|$(PKGS)|' \
		-e 's|@LIBS@|$(strip $(SPM_LIBS) $(HTTP_LIBS) -lm -pthread)|' scripts/countermark.pc.in > $(LIBDIR)/pkgconfig/countermark.pc
	install -m 644 tools/man/*.1 $(MANDIR)/
	install -m 644 tools/completion/countermark $(COMPDIR)/
	install -m 755 tools/scripts/countermark-folder tools/scripts/countermark-filter tools/scripts/pre-receive $(SCRIPTDIR)/
	install -m 644 tools/scripts/countermark_batch.py $(SCRIPTDIR)/
	install -m 755 tools/scripts/github-action/countermark-action $(SCRIPTDIR)/github-action/
	install -m 644 tools/scripts/github-action/action.yml $(SCRIPTDIR)/github-action/

uninstall: ## remove what install put there
	rm -f $(BINDIR)/countermark $(LIBDIR)/libcountermark.* $(LIBDIR)/pkgconfig/countermark.pc
	rm -f $(INCDIR)/countermark.h $(COMPDIR)/countermark
	rm -f $(patsubst tools/man/%,$(MANDIR)/%,$(wildcard tools/man/*.1))
	rm -rf $(INCDIR)/countermark $(SCRIPTDIR)

.PHONY: clean help
clean: ## remove everything built
	rm -rf build

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1\t\2/p' Makefile | expand -t 14
