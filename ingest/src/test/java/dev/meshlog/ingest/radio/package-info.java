@NullMarked
package dev.meshlog.ingest.radio;

import org.jspecify.annotations.NullMarked;
