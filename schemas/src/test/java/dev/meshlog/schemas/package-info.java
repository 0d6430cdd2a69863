@NullMarked
package dev.meshlog.schemas;

import org.jspecify.annotations.NullMarked;
