@NullMarked
package dev.meshlog.infra.node;

import org.jspecify.annotations.NullMarked;
