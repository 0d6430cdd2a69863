/** Faults on purpose: links that lose and delay, a validator that lies, and what has to hold meanwhile. */
@NullMarked
package dev.meshlog.infra.network.faults;

import org.jspecify.annotations.NullMarked;
