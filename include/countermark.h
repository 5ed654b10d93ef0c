/* Countermark: invisible watermarks and signed provenance for generated media.
 * This header brings in the whole public API. */
#ifndef COUNTERMARK_H
#define COUNTERMARK_H

#include <countermark/calibrate.h>
#include <countermark/credential.h>
#include <countermark/earlier.h>
#include <countermark/error.h>
#include <countermark/explain.h>
#include <countermark/inspect.h>
#include <countermark/inspect_text.h>
#include <countermark/key.h>
#include <countermark/labels.h>
#include <countermark/limits.h>
#include <countermark/lint.h>
#include <countermark/payload.h>
#include <countermark/pixels.h>
#include <countermark/printable.h>
#include <countermark/protect.h>
#include <countermark/statements.h>
#include <countermark/survive.h>
#include <countermark/text.h>
#include <countermark/tokenizer.h>
#include <countermark/version.h>

#endif
