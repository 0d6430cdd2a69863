@NullMarked
package dev.meshlog.streams.radio;

import org.jspecify.annotations.NullMarked;
