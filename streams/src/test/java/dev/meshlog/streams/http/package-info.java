@NullMarked
package dev.meshlog.streams.http;

import org.jspecify.annotations.NullMarked;
