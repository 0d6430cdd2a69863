/** The bytes of radios: frames, what is secret in them, and why input is refused. */
@NullMarked
package dev.meshlog.schemas.wire;

import org.jspecify.annotations.NullMarked;
