/** The ledger on Kafka: verify, order and execute as Kafka Streams processors, and the producer of our own vertices. */
@NullMarked
package dev.meshlog.streams.ledger;

import org.jspecify.annotations.NullMarked;
