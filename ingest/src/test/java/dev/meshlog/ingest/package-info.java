@NullMarked
package dev.meshlog.ingest;

import org.jspecify.annotations.NullMarked;
