@NullMarked
package dev.meshlog.infra;

import org.jspecify.annotations.NullMarked;
