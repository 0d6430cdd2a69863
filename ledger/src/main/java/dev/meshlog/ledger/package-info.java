/** The ledger's rules, pure: no Kafka, no clock, no threads. */
@NullMarked
package dev.meshlog.ledger;

import org.jspecify.annotations.NullMarked;
