/** The one Kafka broker that Meshlog brings along, and the directory it keeps its data in. */
@NullMarked
package dev.meshlog.infra.broker;

import org.jspecify.annotations.NullMarked;
