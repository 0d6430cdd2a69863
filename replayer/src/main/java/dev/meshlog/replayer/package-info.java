/** Restores a snapshot, replays the log from its offsets and verifies the result. */
@NullMarked
package dev.meshlog.replayer;

import org.jspecify.annotations.NullMarked;
