/** Vertices and transactions: their bytes, their making and their checking. */
@NullMarked
package dev.meshlog.ledger.vertex;

import org.jspecify.annotations.NullMarked;
