@NullMarked
package dev.meshlog.ingest.virtual;

import org.jspecify.annotations.NullMarked;
