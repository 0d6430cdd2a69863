/** Materialises the ledger's changes and publishes snapshots of the committed state. */
@NullMarked
package dev.meshlog.snapshotter;

import org.jspecify.annotations.NullMarked;
