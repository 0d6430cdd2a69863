/** A radio that is none, with the limits of the real ones: for tests, demos and benches. */
@NullMarked
package dev.meshlog.ingest.simulation;

import org.jspecify.annotations.NullMarked;
