/** What the Kafka Streams applications of this module have in common. */
@NullMarked
package dev.meshlog.streams;

import org.jspecify.annotations.NullMarked;
