/** The radio tables as they are read from their topics: looked up, shown as JSON, decided about. Nothing in here derives anything. */
@NullMarked
package dev.meshlog.streams.query;

import org.jspecify.annotations.NullMarked;
