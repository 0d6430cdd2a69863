@NullMarked
package dev.meshlog.infra.broker;

import org.jspecify.annotations.NullMarked;
