@NullMarked
package dev.meshlog.ingest.testing;

import org.jspecify.annotations.NullMarked;
