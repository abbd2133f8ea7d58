// Does what count.py does, as one static file without a libc.
package main

import (
	"fmt"
	"math/rand"
	"time"
)

func main() {
	rand.Seed(time.Now().UnixNano())
	word := make([]byte, 8)
	for i := range word {
		word[i] = byte('a' + rand.Intn(26))
	}
	for number := 1; ; number++ {
		fmt.Println(string(word), number)
		time.Sleep(500 * time.Millisecond)
	}
}
