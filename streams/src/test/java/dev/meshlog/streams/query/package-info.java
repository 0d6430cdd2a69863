@NullMarked
package dev.meshlog.streams.query;

import org.jspecify.annotations.NullMarked;
