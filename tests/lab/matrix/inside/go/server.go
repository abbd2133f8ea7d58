// A server with state in goroutines, channels, timers and an open file.
package main

import (
	"fmt"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

func main() {
	var counted atomic.Int64
	ticks := make(chan int)
	go func() {
		for i := 0; ; i++ {
			ticks <- i
			time.Sleep(10 * time.Millisecond)
		}
	}()
	go func() {
		for range ticks {
			counted.Add(1)
		}
	}()
	journal, err := os.OpenFile("/var/tmp/journal", os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		panic(err)
	}
	var mutex sync.Mutex
	entries, rang := map[string]string{}, map[string]bool{}
	http.HandleFunc("/set", func(w http.ResponseWriter, r *http.Request) {
		mutex.Lock()
		defer mutex.Unlock()
		key, value := r.FormValue("key"), r.FormValue("value")
		entries[key] = value
		fmt.Fprintf(journal, "%s=%s\n", key, value)
		fmt.Fprint(w, "ok")
	})
	http.HandleFunc("/get", func(w http.ResponseWriter, r *http.Request) {
		mutex.Lock()
		defer mutex.Unlock()
		fmt.Fprint(w, entries[r.FormValue("key")])
	})
	http.HandleFunc("/count", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, counted.Load()) })
	http.HandleFunc("/timer", func(w http.ResponseWriter, r *http.Request) {
		name := r.FormValue("name")
		time.AfterFunc(500*time.Millisecond, func() {
			mutex.Lock()
			defer mutex.Unlock()
			rang[name] = true
		})
	})
	http.HandleFunc("/rang", func(w http.ResponseWriter, r *http.Request) {
		mutex.Lock()
		defer mutex.Unlock()
		answer := "no"
		if rang[r.FormValue("name")] {
			answer = "yes"
		}
		fmt.Fprint(w, answer)
	})
	http.HandleFunc("/journal", func(w http.ResponseWriter, r *http.Request) {
		content, _ := os.ReadFile("/var/tmp/journal")
		w.Write(content)
	})
	panic(http.ListenAndServe(":8080", nil))
}
