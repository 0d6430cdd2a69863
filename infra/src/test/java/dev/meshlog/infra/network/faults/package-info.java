@NullMarked
package dev.meshlog.infra.network.faults;

import org.jspecify.annotations.NullMarked;
