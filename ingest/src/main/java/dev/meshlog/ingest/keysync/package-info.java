/** Gives radios back the keys that they lost: what they hold, what they should hold, and the slow way in between. */
@NullMarked
package dev.meshlog.ingest.keysync;

import org.jspecify.annotations.NullMarked;
