@NullMarked
package dev.meshlog.ingest.keysync;

import org.jspecify.annotations.NullMarked;
