/** Everything that runs the other modules. */
@NullMarked
package dev.meshlog.infra;

import org.jspecify.annotations.NullMarked;
