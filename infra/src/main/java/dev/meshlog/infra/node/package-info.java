/** All parts in one process, and the demo. */
@NullMarked
package dev.meshlog.infra.node;

import org.jspecify.annotations.NullMarked;
