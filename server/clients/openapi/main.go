// Command openapi reads each OpenAPI document of a server in both formats: kube-openapi must write
// the JSON again as it was, and gnostic must make the very protobuf of it that the server sends.
// Needs KUBECONFIG. Prints a line for each document and ends with 1 if one is wrong.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"reflect"
	"sort"

	openapi_v2 "github.com/google/gnostic-models/openapiv2"
	openapi_v3 "github.com/google/gnostic-models/openapiv3"
	"google.golang.org/protobuf/proto"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/kube-openapi/pkg/spec3"
	"k8s.io/kube-openapi/pkg/validation/spec"
)

func sameJSON(a, b []byte) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}

// again decodes a document into kube-openapi's type and encodes that.
func again(text []byte, document any) error {
	if err := json.Unmarshal(text, document); err != nil {
		return err
	}
	out, err := json.Marshal(document)
	if err == nil && !sameJSON(text, out) {
		err = fmt.Errorf("kube-openapi writes it otherwise")
	}
	return err
}

func check(text, binary []byte, version string) error {
	var message proto.Message
	var err error
	if version == "v2" {
		if err = again(text, &spec.Swagger{}); err != nil {
			return err
		}
		message, err = openapi_v2.ParseDocument(text)
	} else {
		if err = again(text, &spec3.OpenAPI{}); err != nil {
			return err
		}
		message, err = openapi_v3.ParseDocument(text)
	}
	if err != nil {
		return err
	}
	out, err := proto.MarshalOptions{Deterministic: true}.Marshal(message)
	if err == nil && !bytes.Equal(out, binary) {
		err = fmt.Errorf("gnostic writes %d bytes otherwise than the server's %d", len(out), len(binary))
	}
	return err
}

func run() error {
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err != nil {
		return err
	}
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		return err
	}
	get := func(path, accept string) ([]byte, error) {
		request, err := http.NewRequest("GET", config.Host+path, nil)
		if err != nil {
			return nil, err
		}
		request.Header.Set("Accept", accept)
		response, err := client.Do(request)
		if err != nil {
			return nil, err
		}
		defer response.Body.Close()
		if response.StatusCode != 200 {
			return nil, fmt.Errorf("%s: %s", path, response.Status)
		}
		return io.ReadAll(response.Body)
	}
	index, err := get("/openapi/v3", "application/json")
	if err != nil {
		return err
	}
	var known struct {
		Paths map[string]struct {
			ServerRelativeURL string `json:"serverRelativeURL"`
		} `json:"paths"`
	}
	if err := json.Unmarshal(index, &known); err != nil {
		return err
	}
	urls := []string{"/openapi/v2"}
	for _, entry := range known.Paths {
		urls = append(urls, entry.ServerRelativeURL)
	}
	sort.Strings(urls)
	if len(urls) < 8 {
		return fmt.Errorf("there are but %d documents", len(urls))
	}
	failed := false
	for _, url := range urls {
		version := url[len("/openapi/"):len("/openapi/v2")]
		text, err := get(url, "application/json")
		var binary []byte
		if err == nil {
			binary, err = get(url, "application/com.github.proto-openapi.spec."+version+"@v1.0+protobuf")
		}
		if err == nil {
			err = check(text, binary, version)
		}
		name, _, _ := bytes.Cut([]byte(url), []byte("?"))
		if err != nil {
			failed = true
			fmt.Printf("FAIL openapi: %s: %v\n", name, err)
		} else {
			fmt.Printf("ok openapi: %s is understood in JSON and in protobuf\n", name)
		}
	}
	if failed {
		os.Exit(1)
	}
	return nil
}

func main() {
	if err := run(); err != nil {
		fmt.Printf("FAIL openapi: %v\n", err)
		os.Exit(1)
	}
}
