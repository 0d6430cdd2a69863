/** The deterministic machine: vertices in, commits out. */
@NullMarked
package dev.meshlog.ledger.chain;

import org.jspecify.annotations.NullMarked;
