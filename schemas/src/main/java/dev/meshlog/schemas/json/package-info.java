/** Records of every topic as text for people and their tools: the classes that Kafka's own commands load, and what {@code meshlog topics cat} prints. */
@NullMarked
package dev.meshlog.schemas.json;

import org.jspecify.annotations.NullMarked;
