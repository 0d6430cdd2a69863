@NullMarked
package dev.meshlog.infra.radio;

import org.jspecify.annotations.NullMarked;
