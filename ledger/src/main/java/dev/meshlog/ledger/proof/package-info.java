/** Proofs that an entry is, or is not, in the state at a checkpoint. */
@NullMarked
package dev.meshlog.ledger.proof;

import org.jspecify.annotations.NullMarked;
