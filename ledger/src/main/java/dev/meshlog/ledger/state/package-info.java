/** The committed state, its root, and the canonical form of snapshots. */
@NullMarked
package dev.meshlog.ledger.state;

import org.jspecify.annotations.NullMarked;
