@NullMarked
package dev.meshlog.infra.network;

import org.jspecify.annotations.NullMarked;
