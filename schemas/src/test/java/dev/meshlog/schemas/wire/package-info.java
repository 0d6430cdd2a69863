@NullMarked
package dev.meshlog.schemas.wire;

import org.jspecify.annotations.NullMarked;
