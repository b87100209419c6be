// Does with Kubernetes' own packages what codec_bench and accept_bench do, on the inputs in the
// folder given, and prints a line for each whose name matches the regular expression given: name,
// nanoseconds, bytes and allocations per object.
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"time"

	kruntime "k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/cbor"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/apis/core"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	corevalidation "k8s.io/kubernetes/pkg/apis/core/validation"
	"k8s.io/kubernetes/pkg/apis/discovery"
	_ "k8s.io/kubernetes/pkg/apis/discovery/install"
	discoveryvalidation "k8s.io/kubernetes/pkg/apis/discovery/validation"
	"k8s.io/kubernetes/pkg/apis/networking"
	_ "k8s.io/kubernetes/pkg/apis/networking/install"
	networkingvalidation "k8s.io/kubernetes/pkg/apis/networking/validation"
)

const (
	chunk  = 20 * time.Millisecond // Long enough for its share of garbage collection.
	chunks = 15
)

var wanted *regexp.Regexp

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// cpuTime returns what all threads of this process have used.
func cpuTime() time.Duration {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// measure prints the best of many chunks of calls of work on objects of size bytes.
func measure(name string, size int, work func()) {
	if !wanted.MatchString(name) {
		return
	}
	work()
	n, best := 1, time.Duration(0)
	for {
		start := cpuTime()
		for range n {
			work()
		}
		if best = cpuTime() - start; best > chunk {
			break
		}
		n *= 2
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range chunks {
		start := cpuTime()
		for range n {
			work()
		}
		best = min(best, cpuTime()-start)
	}
	runtime.ReadMemStats(&after)
	fmt.Printf("%s %.1f %d %.1f\n", name, float64(best)/float64(n), size,
		float64(after.Mallocs-before.Mallocs)/float64(n*chunks))
}

// codec measures both ways of one format on the object that data holds.
func codec(name, format string, s kruntime.Serializer, data []byte) {
	object, _, err := s.Decode(data, nil, nil)
	check(err)
	measure(name+"/Decode"+format, len(data), func() {
		_, _, err := s.Decode(data, nil, nil)
		check(err)
	})
	var buffer bytes.Buffer
	measure(name+"/Encode"+format, len(data), func() {
		buffer.Reset()
		check(s.Encode(object, &buffer))
	})
}

func validate(object kruntime.Object) field.ErrorList {
	switch o := object.(type) {
	case *networking.Ingress:
		return networkingvalidation.ValidateIngressCreate(o)
	case *discovery.EndpointSlice:
		return discoveryvalidation.ValidateEndpointSliceCreate(o)
	case *core.Service:
		return corevalidation.ValidateServiceCreate(o)
	}
	panic("no validation")
}

// accept measures what a server does with a body before it stores the object.
func accept(name, format string, s kruntime.Serializer, data []byte) {
	decoder := legacyscheme.Codecs.DecoderToVersion(s, schema.GroupVersion{Group: group(s, data), Version: kruntime.APIVersionInternal})
	measure(name+"/Accept"+format, len(data), func() {
		object, _, err := decoder.Decode(data, nil, nil)
		check(err)
		if errs := validate(object); len(errs) > 0 {
			panic(errs.ToAggregate())
		}
	})
}

func group(s kruntime.Serializer, data []byte) string {
	_, kind, err := s.Decode(data, nil, nil)
	check(err)
	return kind.Group
}

// convert measures the way from an old version to the newest by the internal one.
func convert(name string, s kruntime.Serializer, data []byte) {
	object, kind, err := s.Decode(data, nil, nil)
	check(err)
	kind.Version = kruntime.APIVersionInternal
	newest := kind.GroupKind().WithVersion("v1")
	measure(name+"/Convert", len(data), func() {
		internal, err := legacyscheme.Scheme.New(*kind)
		check(err)
		check(legacyscheme.Scheme.Convert(object, internal, nil))
		out, err := legacyscheme.Scheme.New(newest)
		check(err)
		check(legacyscheme.Scheme.Convert(internal, out, nil))
	})
}

func main() {
	wanted = regexp.MustCompile(os.Args[2])
	scheme := legacyscheme.Scheme
	jsons := json.NewSerializerWithOptions(json.DefaultMetaFactory, scheme, scheme, json.SerializerOptions{})
	serializers := map[string]kruntime.Serializer{
		"Json":     jsons,
		"Yaml":     json.NewSerializerWithOptions(json.DefaultMetaFactory, scheme, scheme, json.SerializerOptions{Yaml: true}),
		"Protobuf": protobuf.NewSerializer(scheme, scheme),
		"Cbor":     cbor.NewSerializer(scheme, scheme),
	}
	files, err := filepath.Glob(filepath.Join(os.Args[1], "*"))
	check(err)
	for _, file := range files {
		data, err := os.ReadFile(file)
		check(err)
		name, format, _ := strings.Cut(filepath.Base(file), ".")
		if !strings.HasSuffix(name, "V1beta1") {
			codec(name, format, serializers[format], data)
		} else if format == "Json" {
			convert(name, jsons, data)
		}
		if format == "Json" || format == "Protobuf" {
			accept(name, format, serializers[format], data)
		}
	}
}
