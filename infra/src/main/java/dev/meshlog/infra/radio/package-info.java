/** Files of nodes and keys, and the radio tables built again. */
@NullMarked
package dev.meshlog.infra.radio;

import org.jspecify.annotations.NullMarked;
