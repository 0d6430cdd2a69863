/**
 * Whole networks in one thread and in virtual time: the real rules under delay, loss, crashes and lies, drawn from a seed. Every run of a
 * seed is the same run.
 */
@NullMarked
package dev.meshlog.ledger.simulation;

import org.jspecify.annotations.NullMarked;
