@NullMarked
package dev.meshlog.ingest.simulation;

import org.jspecify.annotations.NullMarked;
