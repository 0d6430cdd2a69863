/** A whole network on one machine: each node a process of its own, with its own embedded broker. */
@NullMarked
package dev.meshlog.infra.network;

import org.jspecify.annotations.NullMarked;
