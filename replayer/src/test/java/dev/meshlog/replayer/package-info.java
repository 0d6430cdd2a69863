@NullMarked
package dev.meshlog.replayer;

import org.jspecify.annotations.NullMarked;
