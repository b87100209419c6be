// Command client-go drives a server with client-go: typed, dynamic and metadata clients, informers
// and a controller. Needs KUBECONFIG, and K8SNET_RESTART, a command that kills the server and starts
// it again. Prints a line for each check, which begins with its argument, and ends with 1 if one
// failed.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

const namespace = "client-go"

var (
	ctx    = context.Background()
	label  = os.Args[1]
	failed bool
)

// check runs the function and says how it went, panics included.
func check(name string, body func() error) {
	err := func() (err error) {
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("panic: %v", p)
			}
		}()
		return body()
	}()
	if err == nil {
		fmt.Printf("ok %s: %s\n", label, name)
		return
	}
	failed = true
	fmt.Printf("FAIL %s: %s: %s\n", label, name, strings.Join(strings.Fields(err.Error()), " "))
}

// wanted is an error if the two differ.
func wanted[T any](what string, got, want T) error {
	if reflect.DeepEqual(got, want) {
		return nil
	}
	return fmt.Errorf("%s: %v is not %v", what, got, want)
}

// refused is an error unless err is one that is says.
func refused(what string, err error, is func(error) bool) error {
	if is(err) {
		return nil
	}
	return fmt.Errorf("%s: got %v", what, err)
}

// eventually is an error unless the condition holds within a time.
func eventually(what string, condition func() bool) error {
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if condition() {
			return nil
		}
	}
	return errors.New("still not so: " + what)
}

// restart kills the server and returns once it serves again.
func restart() error {
	out, err := exec.Command("sh", "-c", os.Getenv("K8SNET_RESTART")).CombinedOutput()
	if err != nil {
		return fmt.Errorf("restart: %w: %s", err, out)
	}
	return nil
}

// newConfig returns a configuration of its own, without client-side limits.
func newConfig(contentType string) *rest.Config {
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err != nil {
		panic(err)
	}
	config.QPS = -1
	config.ContentType = contentType
	return config
}

func ingress(name string, labels map[string]string) *networkingv1.Ingress {
	return &networkingv1.Ingress{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace, Labels: labels},
		Spec: networkingv1.IngressSpec{DefaultBackend: &networkingv1.IngressBackend{
			Service: &networkingv1.IngressServiceBackend{
				Name: "web", Port: networkingv1.ServiceBackendPort{Number: 80}}}},
	}
}

func main() {
	plain := kubernetes.NewForConfigOrDie(newConfig(runtime.ContentTypeJSON))
	binary := kubernetes.NewForConfigOrDie(newConfig(runtime.ContentTypeProtobuf))

	check("creates a namespace", func() error {
		made, err := plain.CoreV1().Namespaces().Create(ctx,
			&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}, metav1.CreateOptions{})
		if err != nil {
			return err
		}
		return wanted("phase", made.Status.Phase, corev1.NamespaceActive)
	})
	for _, form := range []struct {
		name   string
		client *kubernetes.Clientset
	}{{"json", plain}, {"protobuf", binary}} {
		checkTyped(form.name, form.client, plain)
	}
	checkUntyped()
	checkWatches(plain)
	checkManyWatches(plain, binary)
	checkKills(plain, binary)
	checkInformers()
	checkController(plain)

	check("deletes a namespace with what is in it", func() error {
		if err := plain.CoreV1().Namespaces().Delete(ctx, namespace, metav1.DeleteOptions{}); err != nil {
			return err
		}
		if err := eventually("the namespace is gone", func() bool {
			_, err := plain.CoreV1().Namespaces().Get(ctx, namespace, metav1.GetOptions{})
			return isNotFound(err)
		}); err != nil {
			return err
		}
		left, err := binary.NetworkingV1().Ingresses(namespace).List(ctx, metav1.ListOptions{})
		if err != nil {
			return err
		}
		return wanted("ingresses left", len(left.Items), 0)
	})
	if failed {
		os.Exit(1)
	}
}
