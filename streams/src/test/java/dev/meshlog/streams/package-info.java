@NullMarked
package dev.meshlog.streams;

import org.jspecify.annotations.NullMarked;
