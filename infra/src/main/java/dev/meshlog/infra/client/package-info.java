/** The ledger as its clients reach it: questions, transactions, proofs that are verified here. */
@NullMarked
package dev.meshlog.infra.client;

import org.jspecify.annotations.NullMarked;
