/** The published test vectors: what makes them, and what holds this implementation against them. */
@org.jspecify.annotations.NullMarked
package dev.meshlog.ledger.vectors;
