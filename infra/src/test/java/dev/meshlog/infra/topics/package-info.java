@NullMarked
package dev.meshlog.infra.topics;

import org.jspecify.annotations.NullMarked;
