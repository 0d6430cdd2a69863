/** Links to MQTT brokers: what gateways publish. */
@NullMarked
package dev.meshlog.ingest.mqtt;

import org.jspecify.annotations.NullMarked;
