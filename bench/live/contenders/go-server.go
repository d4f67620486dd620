// The usual way in Go, tuned: gorilla/websocket with one prepared message for all, small buffers, a goroutine that reads from
// each connection, and a loop that writes. It prints its port, sends each line of its standard input to every connection, and
// ends with its standard input.
package main

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"

	"github.com/gorilla/websocket"
)

var (
	mutex       sync.Mutex
	connections = map[*websocket.Conn]struct{}{}
	upgrader    = websocket.Upgrader{
		ReadBufferSize:  256,
		WriteBufferSize: 1024,
		// A buffer is taken only while a message is written.
		WriteBufferPool: &sync.Pool{},
		CheckOrigin:     func(*http.Request) bool { return true },
	}
)

func serve(writer http.ResponseWriter, request *http.Request) {
	connection, err := upgrader.Upgrade(writer, request, nil)
	if err != nil {
		return
	}
	mutex.Lock()
	connections[connection] = struct{}{}
	mutex.Unlock()
	go read(connection)
}

// Pings are answered, and a close is noticed, while somebody reads.
func read(connection *websocket.Conn) {
	for {
		if _, _, err := connection.NextReader(); err != nil {
			break
		}
	}
	mutex.Lock()
	delete(connections, connection)
	mutex.Unlock()
	connection.Close()
}

func broadcast(text []byte) {
	message, err := websocket.NewPreparedMessage(websocket.TextMessage, text)
	if err != nil {
		return
	}
	mutex.Lock()
	defer mutex.Unlock()
	for connection := range connections {
		connection.WritePreparedMessage(message)
	}
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	go http.Serve(listener, http.HandlerFunc(serve))
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 65536), 65536)
	for lines.Scan() {
		broadcast(lines.Bytes())
	}
}
