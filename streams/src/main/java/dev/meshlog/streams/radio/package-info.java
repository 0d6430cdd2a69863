/** The radio side: frames in; packets, nodes, public keys and counters out. */
@NullMarked
package dev.meshlog.streams.radio;

import org.jspecify.annotations.NullMarked;
